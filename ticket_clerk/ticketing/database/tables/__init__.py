"""Repositories, one a table: functions take ``conn`` first, never commit, return dataclasses."""
