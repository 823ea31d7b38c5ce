-- Where the media of a phone may come from: 'roams' for anywhere, NULL for where its signalling says.
ALTER TABLE devices ADD COLUMN media TEXT;
