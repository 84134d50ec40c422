"""The doors: phones (OpenRosa), supervisors (console), programs (API)."""
