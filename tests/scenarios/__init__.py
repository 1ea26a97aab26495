"""The stories that must hold, each through REST and, where it says so, through the pages."""
