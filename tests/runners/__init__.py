"""The package for JavaScript test runners, with each runner from npm."""
