"""Query strategies, one file each; a file dropped in here is known without another edit."""

from lifecycle.registry import import_siblings

import_siblings(__name__, list(__path__))
