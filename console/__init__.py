from console.celery import app as celery_app

__version__ = "1.0.0"  # CHANGELOG.md says what is in it

__all__ = ["celery_app"]
