#include "gateway/core/subscriptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/core/event_resources.h"
#include "tests/gateway/fake_event_feed.h"
#include "tests/gateway/fake_tool_provider.h"
#include "tests/gateway/recording_push_observer.h"

namespace bw::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct RecordingSubscriber : Subscriber {
  void Opened() override {
    heard.emplace_back("opened");
    if (when_opened) when_opened();
  }
  void Tell(News news, const std::string& uri) override {
    heard.push_back(uri.empty() ? std::string(MethodOf(news)) : uri);
  }
  void ServerEnds() override { heard.emplace_back("end"); }
  std::vector<std::string> heard;
  std::function<void()> when_opened;
};

class SubscriptionsTest : public ::testing::Test {
 protected:
  ~SubscriptionsTest() override { subscriptions->Stop(); }

  void Build() {
    subscriptions = std::make_unique<Subscriptions>(
        Subscriptions::Dependencies{&feed, provider, scheduler, clock, observer}, limits);
  }
  std::shared_ptr<RecordingSubscriber> Open(std::set<std::string> uris,
                                            const std::string& principal = "ann",
                                            const std::string& tenant = "default") {
    auto subscriber = std::make_shared<RecordingSubscriber>();
    status = subscriptions->Open({StreamKind::kListen, tenant, principal},
                                 {true, false, true, std::move(uris)}, subscriber);
    return subscriber;
  }
  // How things stand, as the provider tells soon after it is watched.
  void TellCatalogue(const CatalogueRevisions& revisions = {"t1", "p1", "r1"}) {
    provider.catalogue_changed(revisions);
  }

  FakeClock clock;
  ManualScheduler scheduler{clock};
  FakeToolProvider provider;
  FakeEventFeed feed;
  RecordingPushObserver observer;
  SubscriptionLimits limits;
  std::unique_ptr<Subscriptions> subscriptions = std::make_unique<Subscriptions>(
      Subscriptions::Dependencies{&feed, provider, scheduler, clock, observer},
      SubscriptionLimits{});
  Status status;
};

TEST_F(SubscriptionsTest, AnEventReachesThoseWhoAskedForItsResources) {
  const auto calls = Open({"bandwidth://calls", "bandwidth://calls/c-2"});
  const auto texts = Open({"bandwidth://messages/inbound"});
  const auto all = Open({"bandwidth://events"});
  TellCatalogue();
  EXPECT_THAT(calls->heard, ElementsAre("opened"));
  EXPECT_TRUE(feed.Happen({VoiceEvent("c-1")}));
  feed.Happen({VoiceEvent("c-2")});
  feed.Happen({InboundText()});
  feed.Happen({OutboundText()});
  feed.Happen({FeedEvent{}});
  EXPECT_THAT(calls->heard, ElementsAre("opened", "bandwidth://calls", "bandwidth://calls",
                                        "bandwidth://calls/c-2"));
  EXPECT_THAT(texts->heard, ElementsAre("opened", "bandwidth://messages/inbound"));
  EXPECT_EQ(all->heard.size(), 6u);
  EXPECT_EQ(observer.notified, 9);
  EXPECT_EQ(observer.subscriptions, 4);
  EXPECT_EQ(observer.streams[StreamKind::kListen], 3);
}

TEST_F(SubscriptionsTest, OneBatchTellsOfAResourceOnce) {
  const auto calls = Open({"bandwidth://calls"});
  TellCatalogue();
  feed.Happen({VoiceEvent("c-1"), VoiceEvent("c-2"), VoiceEvent("c-1")});
  EXPECT_THAT(calls->heard, ElementsAre("opened", "bandwidth://calls"));
}

TEST_F(SubscriptionsTest, TenantsHearOfTheirOwnEvents) {
  const auto ours = Open({"bandwidth://calls"});
  TellCatalogue();
  const auto theirs = Open({"bandwidth://calls"}, "bob", "acme");
  TellCatalogue();
  EXPECT_EQ(feed.opened, 2);
  feed.Happen({VoiceEvent("c-1")}, "acme");
  EXPECT_THAT(ours->heard, ElementsAre("opened"));
  EXPECT_THAT(theirs->heard, ElementsAre("opened", "bandwidth://calls"));
}

TEST_F(SubscriptionsTest, WhoLeftHearsNothing) {
  const auto gone = Open({"bandwidth://calls"});
  TellCatalogue();
  subscriptions->Leave(*gone);
  subscriptions->Leave(*gone);
  feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(gone->heard, ElementsAre("opened"));
  EXPECT_EQ(observer.streams[StreamKind::kListen], 0);
  EXPECT_EQ(observer.subscriptions, 0);
  EXPECT_EQ(gone.use_count(), 1);
}

TEST_F(SubscriptionsTest, AStreamOpensOnceBothFeedsStand) {
  feed.holds = true;
  const auto stream = Open({"bandwidth://calls"});
  EXPECT_THAT(stream->heard, IsEmpty());
  TellCatalogue();
  EXPECT_THAT(stream->heard, IsEmpty());
  feed.Stand(false);
  EXPECT_THAT(stream->heard, ElementsAre("opened"));
  EXPECT_THAT(Open({})->heard, ElementsAre("opened")) << "later ones need not wait";
}

TEST_F(SubscriptionsTest, PatienceWithTheFeedsEnds) {
  feed.holds = true;
  const auto stream = Open({"bandwidth://calls"});
  scheduler.Advance(limits.feed_patience - std::chrono::milliseconds(1));
  EXPECT_THAT(stream->heard, IsEmpty());
  scheduler.Advance(std::chrono::milliseconds(1));
  EXPECT_THAT(stream->heard, ElementsAre("opened"));
  // What happened until the feed stood was missed.
  feed.Stand(false);
  EXPECT_THAT(stream->heard, ElementsAre("opened", "bandwidth://calls"));
}

TEST_F(SubscriptionsTest, AFeedThatCannotBeHadIsNotWaitedFor) {
  feed.holds = true;
  const auto stream = Open({"bandwidth://calls"});
  feed.Break();
  feed.Break();
  EXPECT_THAT(stream->heard, ElementsAre("opened"));
  EXPECT_THAT(observer.broken, ElementsAre("events")) << "it broke once";
  feed.Stand(false);
  feed.Break();
  EXPECT_THAT(observer.broken, ElementsAre("events", "events"));
}

TEST_F(SubscriptionsTest, AFeedThatResumesMissedNothingAndOneThatCannotTellsEverybody) {
  const auto stream = Open({"bandwidth://calls", "bandwidth://events"});
  TellCatalogue();
  feed.Break();
  feed.Stand(true);
  EXPECT_THAT(stream->heard, ElementsAre("opened"));
  feed.Stand(false);
  EXPECT_THAT(stream->heard,
              UnorderedElementsAre("opened", "bandwidth://calls", "bandwidth://events"));
}

TEST_F(SubscriptionsTest, WhatHappensBeforeAStreamIsOpenIsToldAfterwardsOnce) {
  const auto stream = std::make_shared<RecordingSubscriber>();
  stream->when_opened = [&] {
    feed.Happen({VoiceEvent("c-1")});
    feed.Happen({VoiceEvent("c-2")});
    EXPECT_THAT(stream->heard, ElementsAre("opened"));
  };
  ASSERT_TRUE(subscriptions
                  ->Open({StreamKind::kListen, "default", "ann"},
                         {false, false, false, {"bandwidth://calls"}}, stream)
                  .ok());
  TellCatalogue();
  EXPECT_THAT(stream->heard, ElementsAre("opened", "bandwidth://calls"));
}

TEST_F(SubscriptionsTest, ListsAreRenewedBeforeTheirChangeIsTold) {
  std::vector<std::string> order;
  subscriptions->BeforeListsChanged(
      [&](const std::string& tenant) { order.push_back("renew " + tenant); });
  const auto stream = Open({});
  TellCatalogue();
  EXPECT_THAT(order, ElementsAre("renew default")) << "lists may be older than the watch";
  EXPECT_THAT(stream->heard, ElementsAre("opened")) << "how things stand is no change";
  TellCatalogue({"t1", "p1", "r1"});
  EXPECT_EQ(order.size(), 1u);
  TellCatalogue({"t2", "p2", "r1"});
  EXPECT_EQ(order.size(), 2u);
  EXPECT_THAT(stream->heard, ElementsAre("opened", "notifications/tools/list_changed"))
      << "prompts were not asked for";
  TellCatalogue({"t2", "p2", "r2"});
  EXPECT_EQ(stream->heard.back(), "notifications/resources/list_changed");
}

TEST_F(SubscriptionsTest, ListsInUseAreRenewedWithoutAnyStream) {
  int renewed = 0;
  subscriptions->BeforeListsChanged([&](const std::string&) { ++renewed; });
  subscriptions->KeepLists("default");
  subscriptions->KeepLists("default");
  EXPECT_EQ(provider.catalogue_watches, 1);
  EXPECT_FALSE(feed.Watched("default")) << "nobody wants to hear of events";
  TellCatalogue();
  TellCatalogue({"t2", "p1", "r1"});
  EXPECT_EQ(renewed, 2);
  scheduler.Advance(limits.linger - std::chrono::milliseconds(1));
  subscriptions->KeepLists("default");
  scheduler.Advance(limits.linger - std::chrono::milliseconds(1));
  EXPECT_EQ(provider.catalogue_watches, 1) << "it was used meanwhile";
  scheduler.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(provider.catalogue_watches, 0);
}

TEST_F(SubscriptionsTest, AStreamAddsTheEventsToAListsWatch) {
  subscriptions->KeepLists("default");
  TellCatalogue();
  const auto stream = Open({"bandwidth://calls"});
  EXPECT_EQ(provider.catalogue_watches, 1);
  EXPECT_THAT(stream->heard, ElementsAre("opened"));
  feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(stream->heard, ElementsAre("opened", "bandwidth://calls"));
}

TEST_F(SubscriptionsTest, UrisComeAndGo) {
  const auto stream = Open({});
  TellCatalogue();
  subscriptions->AddUri(*stream, "bandwidth://calls");
  subscriptions->AddUri(*stream, "bandwidth://calls");
  EXPECT_EQ(observer.subscriptions, 1);
  feed.Happen({VoiceEvent("c-1")});
  subscriptions->RemoveUri(*stream, "bandwidth://calls");
  subscriptions->RemoveUri(*stream, "bandwidth://calls");
  feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(stream->heard, ElementsAre("opened", "bandwidth://calls"));
  EXPECT_EQ(observer.subscriptions, 0);
  const RecordingSubscriber stranger;
  subscriptions->AddUri(stranger, "bandwidth://calls");
  subscriptions->RemoveUri(stranger, "bandwidth://calls");
  EXPECT_EQ(observer.subscriptions, 0);
}

TEST_F(SubscriptionsTest, ASubscriptionThatArrivesLateIsToldOfWhatJustHappened) {
  const auto stream = Open({});
  TellCatalogue();
  feed.Happen({VoiceEvent("c-1")});
  subscriptions->AddUri(*stream, "bandwidth://calls/c-1");
  EXPECT_THAT(stream->heard, ElementsAre("opened", "bandwidth://calls/c-1"));
  clock.Advance(std::chrono::milliseconds(2'001));
  subscriptions->AddUri(*stream, "bandwidth://calls");
  EXPECT_EQ(stream->heard.size(), 2u) << "that is long ago";
}

TEST_F(SubscriptionsTest, StreamsAndSubscriptionsAreLimited) {
  limits.max_streams = 4;
  limits.max_streams_per_principal = 2;
  limits.max_uris_per_stream = 2;
  limits.max_uris_per_principal = 3;
  Build();
  const auto first = Open({"a", "b"});
  EXPECT_TRUE(status.ok());
  Open({"a", "b", "c"}, "bob");
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  Open({"a", "b"});
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << "four of one principal";
  const auto second = Open({"a"});
  EXPECT_TRUE(status.ok());
  Open({});
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << "a third stream of one principal";
  Open({}, "bob");
  Open({}, "cyd");
  EXPECT_TRUE(status.ok());
  Open({}, "dan");
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << "a fifth stream";
  EXPECT_EQ(observer.refused, 4);
  subscriptions->Leave(*first);
  Open({"a", "b"});
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(subscriptions->streams(), 4u);
}

TEST_F(SubscriptionsTest, TenantsAreLimitedAndIdleOnesAreForgotten) {
  limits.max_tenants = 1;
  Build();
  const auto stream = Open({}, "ann", "acme");
  TellCatalogue();
  Open({}, "ann", "other");
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  subscriptions->Leave(*stream);
  scheduler.Advance(limits.linger - std::chrono::milliseconds(1));
  EXPECT_TRUE(feed.Watched("acme"));
  scheduler.Advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(feed.Watched("acme"));
  Open({}, "ann", "other");
  EXPECT_TRUE(status.ok());
}

TEST_F(SubscriptionsTest, ATenantInUseAgainKeepsItsFeeds) {
  const auto first = Open({});
  TellCatalogue();
  subscriptions->Leave(*first);
  scheduler.Advance(std::chrono::milliseconds(30'000));
  const auto second = Open({"bandwidth://calls"});
  scheduler.Advance(std::chrono::milliseconds(60'000));
  EXPECT_EQ(feed.opened, 1);
  feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(second->heard, ElementsAre("opened", "bandwidth://calls"));
}

TEST_F(SubscriptionsTest, WhoWaitsForTheFeedsGoesOnWithThem) {
  feed.holds = true;
  int went_on = 0;
  subscriptions->WhenFed("default", [&] { ++went_on; });
  TellCatalogue();
  EXPECT_EQ(went_on, 0);
  feed.Stand(false);
  EXPECT_EQ(went_on, 1);
  subscriptions->WhenFed("default", [&] { ++went_on; });
  EXPECT_EQ(went_on, 2);
  scheduler.Advance(limits.linger);
  EXPECT_FALSE(feed.Watched("default"));
}

TEST_F(SubscriptionsTest, TheServersEndIsToldLastAndToEverybody) {
  const auto open = Open({"bandwidth://calls"});
  TellCatalogue();
  feed.holds = true;
  const auto waiting = Open({}, "bob", "acme");
  EXPECT_THAT(waiting->heard, IsEmpty());
  subscriptions->EndAll();
  EXPECT_THAT(open->heard, ElementsAre("opened", "end"));
  EXPECT_THAT(waiting->heard, ElementsAre("opened", "end"));
  EXPECT_EQ(subscriptions->streams(), 0u);
  EXPECT_EQ(observer.streams[StreamKind::kListen], 0);
  Open({});
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  subscriptions->Stop();
  EXPECT_FALSE(feed.Watched("default"));
  EXPECT_FALSE(feed.Watched("acme"));
}

TEST_F(SubscriptionsTest, AnEndWhileAStreamOpensComesAfterTheOpening) {
  const auto stream = std::make_shared<RecordingSubscriber>();
  stream->when_opened = [&] { subscriptions->EndAll(); };
  ASSERT_TRUE(subscriptions->Open({}, {}, stream).ok());
  TellCatalogue();
  EXPECT_THAT(stream->heard, ElementsAre("opened", "end"));
  EXPECT_EQ(subscriptions->streams(), 0u);
}

TEST_F(SubscriptionsTest, AStreamMayLeaveWhileItOpens) {
  const auto stream = std::make_shared<RecordingSubscriber>();
  stream->when_opened = [&] { subscriptions->Leave(*stream); };
  ASSERT_TRUE(subscriptions->Open({}, {true, true, true, {"bandwidth://calls"}}, stream).ok());
  TellCatalogue();
  feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(stream->heard, ElementsAre("opened"));
}

TEST(EventResources, NameWhatAnEventChanges) {
  EXPECT_THAT(
      UrisOf(VoiceEvent("c-1")),
      UnorderedElementsAre("bandwidth://events", "bandwidth://calls", "bandwidth://calls/c-1"));
  EXPECT_THAT(UrisOf(VoiceEvent("")),
              UnorderedElementsAre("bandwidth://events", "bandwidth://calls"));
  EXPECT_THAT(UrisOf(InboundText()),
              UnorderedElementsAre("bandwidth://events", "bandwidth://messages/inbound"));
  EXPECT_THAT(UrisOf(OutboundText()), ElementsAre("bandwidth://events"));
  EXPECT_THAT(UrisOf(FeedEvent{}), ElementsAre("bandwidth://events"));
}

}  // namespace
}  // namespace bw::gateway
