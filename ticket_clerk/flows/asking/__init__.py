"""Questions that are more than their topic: of all shows, doubts, likeness, complaints."""
