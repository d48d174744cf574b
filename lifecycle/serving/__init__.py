"""The prediction API: its own process, one router for champion, canary and shadow, every answer in the log before it is given."""

from lifecycle.serving.app import create_app as create_app
from lifecycle.serving.process import main as main
