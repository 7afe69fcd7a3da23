"""Everything that touches ffmpeg or the bytes of a file."""
