"""Turn the next action into files of the launch folder that other tools run and people review."""

from .artefacts import ARTEFACTS
from .previewing import ActionPreview, FilePreview, previews
from .write import Files, Written, present, preview, write

__all__ = ["ARTEFACTS", "ActionPreview", "FilePreview", "Files", "Written", "present", "preview", "previews", "write"]
