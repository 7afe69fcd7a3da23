"""The media engine: probes files and makes previews and proxies of them, with ffmpeg, PyAV and Pillow."""
