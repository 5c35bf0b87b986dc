"""A package with plug-ins, installed and used as users do; and plug-ins that fail."""
