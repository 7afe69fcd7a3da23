"""Storage ports and backends: the storage engine, vector indexes and blob stores."""
