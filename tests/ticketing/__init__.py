"""Tests of the payments core."""
