"""Is the model still right: drift, data quality and performance, from summaries that merge. Pure."""
