"""What the command line prints and asks: rendering, progress, conversation, the browser's server and the doctor."""
