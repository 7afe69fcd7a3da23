"""iCloud: the photos of an Apple account, fetched by icloudpd into a spool from which they are imported."""
