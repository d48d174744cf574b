"""Forward migrations: NNNN_topic.sql, applied once each in order; a file that has shipped is never edited."""
