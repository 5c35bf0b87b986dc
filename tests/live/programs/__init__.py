"""Programs and pages that tests run."""
