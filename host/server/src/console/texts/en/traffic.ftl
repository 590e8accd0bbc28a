### Operations: live traffic
traffic = Live traffic
traffic-what = The newest requests of chats and deliveries, as they come. They are kept in memory only; messages have all that is recorded.
traffic-pause = Pause
traffic-go-on = Go on
traffic-lost = The connection is lost; the page connects again by itself.
traffic-none = Nothing has come since the start
traffic-none-next = As soon as a chat writes or a message goes out, it appears here.
traffic-rates = The last minute
traffic-no-rates = Nothing went through in the last minute.
traffic-requests = Requests
traffic-deliveries = Deliveries
traffic-newest = Newest
traffic-from-chat = From the chat
traffic-to-chat = To the chat
traffic-to-platform = To the platform
