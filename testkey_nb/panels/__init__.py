"""Widgets for JupyterLab: what an analyst chooses, and the sections of the report beneath it."""

from .compare import ComparePanel
from .models import ModelsPanel
from .onboarding import OnboardingPanel
from .signals import SignalsPanel

__all__ = ["ComparePanel", "ModelsPanel", "OnboardingPanel", "SignalsPanel"]
