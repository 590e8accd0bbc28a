### What a message says
message-document = Document
message-audio = Audio
message-voice = Voice message
message-video = Video
message-location = Location
message-contact = Contact
message-open = Open in a new tab
message-at-the-chat = The chat keeps this file.
message-coordinates = Coordinates
message-map = See on a map, in a new tab
message-cut = Only the beginning of this text is shown.
message-picture = Picture
message-trace = Trace
