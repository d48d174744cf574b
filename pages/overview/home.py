"""Is my model OK, why, what happened, and what needs me?"""

from __future__ import annotations

from pages.parts import page, session

project = session.project()
page.head(project.name)
