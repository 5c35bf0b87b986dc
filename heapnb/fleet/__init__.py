"""Many cases at once: snapshots and side files of many processes, examined on Dask."""
