"""Which route to take first, which to fall back to, and what a hub's own routing would take instead; pure."""

from .hub import HubPick, hub_policies
from .routes import LEADS, Lead, RouteRank, rank_routes

__all__ = ["LEADS", "HubPick", "Lead", "RouteRank", "hub_policies", "rank_routes"]
