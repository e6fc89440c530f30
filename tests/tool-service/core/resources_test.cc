#include "tool-service/core/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"

namespace bw::tool_service {
namespace {

using json::Json;
using testing::HasSubstr;
using testing::Not;

class ResourcesTest : public testing::Test {
 protected:
  StatusOr<ResourceText> Read(const std::string& uri) {
    ServerFacts facts;
    facts.number = "+15550100002";
    facts.callback_credentials_set = true;
    const Resources resources(facts, credentials, journal, clock);
    StatusOr<ResourceText> outcome = Internal("not answered");
    resources.Read(uri, {}, [&outcome](StatusOr<ResourceText> text) { outcome = std::move(text); });
    return outcome;
  }
  Json ReadJson(const std::string& uri) {
    const auto text = Read(uri);
    EXPECT_TRUE(text.ok()) << ToString(text.status());
    if (!text.ok()) return Json();
    EXPECT_EQ(text->uri, uri);
    EXPECT_EQ(text->mime_type, "application/json");
    return Json::parse(text->text);
  }

  CredentialStore credentials;
  FakeJournal journal;
  FakeClock clock;
};

TEST_F(ResourcesTest, EveryListedResourceCanBeRead) {
  for (const ResourceInfo& info : Resources::List()) {
    const auto text = Read(std::string(info.uri));
    ASSERT_TRUE(text.ok()) << info.uri;
    EXPECT_EQ(text->mime_type, info.mime_type);
    EXPECT_FALSE(text->text.empty());
  }
}

TEST_F(ResourcesTest, ConfigShowsNoSecret) {
  ASSERT_TRUE(credentials.Set("default", {"client", "top-secret", "9900000"}).ok());
  const auto text = Read("resource://config");
  ASSERT_TRUE(text.ok());
  EXPECT_THAT(text->text, Not(HasSubstr("top-secret")));
  const Json config = Json::parse(text->text);
  EXPECT_EQ(config["credentials_set"], true);
  EXPECT_EQ(config["account_id"], "9900000");
  EXPECT_EQ(config["number"], "+15550100002");
  EXPECT_EQ(config["callback_credentials_set"], true);
  EXPECT_TRUE(config["voice_application_id"].is_null());
}

TEST_F(ResourcesTest, Calls) {
  CallRecord call;
  call.call_id = "c-1";
  call.state = "answered";
  journal.calls["c-1"] = call;
  EXPECT_EQ(ReadJson("bandwidth://calls")["calls"][0]["call_id"], "c-1");
  EXPECT_EQ(journal.call_queries.back().page_size, Resources::kMaxListed);
  EXPECT_EQ(ReadJson("bandwidth://calls/c-1")["state"], "answered");
  EXPECT_EQ(Read("bandwidth://calls/c-2").status().code(), StatusCode::kNotFound);
}

TEST_F(ResourcesTest, EventsAreTheNewestOfTheLastHour) {
  std::vector<Event> first;
  for (int i = 1; i <= 150; ++i) first.push_back(MakeEvent(i, "answer"));
  EventPage page = PageOf(first);
  page.has_more = true;
  journal.pages = {page, PageOf({MakeEvent(151, "gather")})};
  const Json events = ReadJson("bandwidth://events");
  EXPECT_EQ(events["events"].size(), Resources::kMaxListed);
  EXPECT_EQ(events["events"].back()["seq"], 151);
  EXPECT_EQ(events["next_after_seq"], 151);
  EXPECT_EQ(journal.queries[0].filter.since_ms, clock.NowMs() - Resources::kListedAgeMs);
  EXPECT_EQ(journal.queries[1].after_seq, 150u);
}

TEST_F(ResourcesTest, ReadingStopsAfterSoManyPages) {
  EventPage page = PageOf({MakeEvent(1, "answer")});
  page.has_more = true;
  for (int i = 0; i < Resources::kMaxPages + 1; ++i) journal.pages.push_back(page);
  ReadJson("bandwidth://events");
  EXPECT_EQ(journal.pages.size(), 1u);
}

TEST_F(ResourcesTest, InboundMessagesAreInboundMessagesOnly) {
  ReadJson("bandwidth://messages/inbound");
  EXPECT_EQ(journal.queries[0].filter.direction, EventDirection::kInbound);
  EXPECT_EQ(journal.queries[0].filter.channels, std::vector{EventChannel::kMessaging});
}

TEST_F(ResourcesTest, UnknownAndOverlongUris) {
  for (const char* uri :
       {"", "resource://", "resource://nope", "bandwidth://calls/", "file:///etc"}) {
    EXPECT_EQ(Read(uri).status().code(), StatusCode::kNotFound) << uri;
  }
}

TEST_F(ResourcesTest, ACallIsFoundHoweverItsIdIsEncoded) {
  CallRecord call;
  call.call_id = "c-1:x";
  journal.calls["c-1:x"] = call;
  for (const char* uri :
       {"bandwidth://calls/c-1:x", "bandwidth://calls/c-1%3Ax", "bandwidth://calls/c%2d1%3ax"}) {
    EXPECT_EQ(ReadJson(uri)["call_id"], "c-1:x") << uri;
  }
  for (const char* uri : {"bandwidth://calls/c-1:x/", "bandwidth://calls/c-1:x?a",
                          "bandwidth://calls/c-1%3", "bandwidth://calls/c-1%00"}) {
    EXPECT_EQ(Read(uri).status().code(), StatusCode::kNotFound) << uri;
  }
}

TEST_F(ResourcesTest, ACallIsShownWithItsDocumentsAndWhatBecameOfThem) {
  CallRecord call;
  call.call_id = "c-1";
  call.application_id = "app-1";
  call.queued = Receipt{"r-3",
                        "c-1",
                        ReceiptState::kQueued,
                        5,
                        0,
                        0,
                        R"(<Response><Gather password="geheim"/></Response>)"};
  call.turns = {{1, "initiate", 10, "r-1", "<Response><Hangup/></Response>"},
                {2, "gather", 20, "", ""},
                {3, "redirect", 30, "r-gone", "<Response/>"}};
  call.turn_count = 3;
  journal.calls["c-1"] = call;
  journal.receipts["r-1"] = {"r-1", "c-1", ReceiptState::kDelivered, 8, 11, 1, "<Response/>"};
  const Json shown = ReadJson("bandwidth://calls/c-1");
  EXPECT_EQ(shown["application_id"], "app-1");
  EXPECT_EQ(shown["queued"]["state"], "queued");
  EXPECT_EQ(shown["queued"]["bxml"], R"(<Response><Gather password="***"/></Response>)");
  ASSERT_EQ(shown["turns"].size(), 3u);
  EXPECT_EQ(shown["turns"][0]["bxml"], "<Response><Hangup/></Response>");
  EXPECT_EQ(shown["turns"][0]["receipt"]["state"], "delivered");
  EXPECT_EQ(shown["turns"][0]["receipt"]["event_seq"], 1);
  EXPECT_FALSE(shown["turns"][1].contains("receipt"));
  EXPECT_FALSE(shown["turns"][2].contains("receipt"));  // the store forgot it
  EXPECT_EQ(shown["turns"][2]["receipt_id"], "r-gone");
}

TEST_F(ResourcesTest, TheReceiptsOfTheNewestTurnsAreLookedUpOnly) {
  CallRecord call;
  call.call_id = "c-1";
  const std::size_t turns = Resources::kMaxReceipts + 1;
  for (std::size_t i = 0; i < turns; ++i) {
    const std::string id = "r-" + std::to_string(i);
    call.turns.push_back({i + 1, "redirect", 1, id, "<Response/>"});
    journal.receipts[id] = {id, "c-1", ReceiptState::kDelivered, 1, 2, i + 1, ""};
  }
  journal.calls["c-1"] = call;
  const Json shown = ReadJson("bandwidth://calls/c-1");
  EXPECT_FALSE(shown["turns"][0].contains("receipt"));
  for (std::size_t i = 1; i < turns; ++i) EXPECT_TRUE(shown["turns"][i].contains("receipt")) << i;
}

TEST_F(ResourcesTest, AStoreThatIsGoneIsReported) {
  journal.failure = Unavailable("gone");
  EXPECT_EQ(Read("bandwidth://calls").status().code(), StatusCode::kUnavailable);
  journal.pages = {Unavailable("gone")};
  EXPECT_EQ(Read("bandwidth://events").status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace bw::tool_service
