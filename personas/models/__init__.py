from .discarded_file import DiscardedFile
from .page import Page
from .persona import Persona

__all__ = ["DiscardedFile", "Page", "Persona"]
