"""`boxd devices`: what the box is connected to, tested, watched and learned."""
