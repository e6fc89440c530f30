// The small rules of streamable HTTP: media types, selection, events.
#include <string>

#include <gtest/gtest.h>

#include "gateway/http/media_types.h"
#include "gateway/http/selection.h"
#include "gateway/http/sse.h"

namespace bw::gateway {
namespace {

TEST(MediaTypes, AcceptIsReadByRange) {
  struct Row {
    const char* accept;
    bool json;
    bool stream;
  };
  for (const Row& row :
       {Row{"application/json, text/event-stream", true, true}, Row{"*/*", true, true},
        Row{"application/json", true, false}, Row{"text/event-stream;q=0.5", false, true},
        Row{"Application/*,TEXT/*", true, true}, Row{"text/html", false, false},
        Row{"", false, false}, Row{",,application/json ; q=1,,", true, false}}) {
    http::Headers headers;
    headers.Add("Accept", row.accept);
    EXPECT_EQ(AcceptsOf(headers).json, row.json) << row.accept;
    EXPECT_EQ(AcceptsOf(headers).event_stream, row.stream) << row.accept;
  }
  http::Headers several;
  several.Add("Accept", "application/json");
  several.Add("accept", "text/event-stream");
  EXPECT_TRUE(AcceptsOf(several).json && AcceptsOf(several).event_stream);
  EXPECT_TRUE(AcceptsOf({}).json && AcceptsOf({}).event_stream);
}

TEST(MediaTypes, ContentIsJsonOrNot) {
  for (const char* type :
       {"application/json", "APPLICATION/JSON;charset=utf-8", " application/json "}) {
    http::Headers headers;
    headers.Add("Content-Type", type);
    EXPECT_TRUE(IsJsonContent(headers)) << type;
  }
  for (const char* type : {"text/plain", "", "application/json-rpc", ";application/json"}) {
    http::Headers headers;
    headers.Add("Content-Type", type);
    EXPECT_FALSE(IsJsonContent(headers)) << type;
  }
  EXPECT_FALSE(IsJsonContent({}));
}

StatusOr<Selection> Select(std::vector<std::pair<std::string, std::string>> query) {
  http::Request request;
  request.query = std::move(query);
  return SelectionOf(request);
}

TEST(SelectionOf, ReadsProfileAndTools) {
  EXPECT_EQ(*Select({}), Selection{});
  EXPECT_EQ(*Select({{"profile", ""}, {"tools", ",,"}, {"other", "? ?"}}), Selection{});
  const auto both = Select({{"tools", "b,a,b"}, {"profile", "voice"}});
  EXPECT_EQ(both->profile, "voice");
  EXPECT_EQ(both->tools, (std::vector<std::string>{"a", "b"}));
  const auto several = Select({{"profile", "voice,messaging,"}, {"profile", "voice"}});
  EXPECT_EQ(several->profile, "messaging,voice");
}

TEST(SelectionOf, IsBounded) {
  EXPECT_TRUE(Select({{"profile", std::string(kMaxSelectedNameBytes, 'p')}}).ok());
  EXPECT_FALSE(Select({{"profile", std::string(kMaxSelectedNameBytes + 1, 'p')}}).ok());
  EXPECT_FALSE(Select({{"profile", "a/b"}}).ok());
  std::string profiles;
  for (std::size_t i = 0; i < kMaxSelectedProfiles; ++i) profiles += "p" + std::to_string(i) + ",";
  EXPECT_TRUE(Select({{"profile", profiles}}).ok());
  EXPECT_FALSE(Select({{"profile", profiles + "one-more"}}).ok());
  EXPECT_FALSE(Select({{"tools", "a,b\n"}}).ok());
  std::string names;
  for (std::size_t i = 0; i < kMaxSelectedTools; ++i) names += "t" + std::to_string(i) + ",";
  EXPECT_TRUE(Select({{"tools", names}}).ok());
  EXPECT_FALSE(Select({{"tools", names + "more"}}).ok());
}

TEST(Sse, DataNeverEndsAnEventEarly) {
  EXPECT_EQ(SseEvent("{}"), "event: message\ndata: {}\n\n");
  EXPECT_EQ(SseEvent(""), "event: message\ndata: \n\n");
  EXPECT_EQ(SseEvent("a\nb\r\nc\rd"), "event: message\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(SseEvent("a\n\nevent: x"), "event: message\ndata: a\ndata: \ndata: event: x\n\n");
}

}  // namespace
}  // namespace bw::gateway
