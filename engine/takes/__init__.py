"""Engine thread: takes: audio and stems that grow block by block, how they come to be, how they leave."""
