"""The application for an ASGI server: `uvicorn api.asgi:app`, set by SUBSIDIA_* variables."""

from api.app import create_app
from api.settings import Settings

app = create_app(Settings.from_environment())
