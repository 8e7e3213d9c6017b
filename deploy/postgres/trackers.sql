-- Run by PostgreSQL's image when its volume is new: the conversations have a database of their own.
CREATE DATABASE trackers;
