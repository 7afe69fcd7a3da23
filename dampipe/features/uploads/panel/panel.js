// Uploads.
