from .page import Page
from .persona import Persona

__all__ = ["Page", "Persona"]
