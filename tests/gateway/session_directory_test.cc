#include "gateway/core/session_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/fake_shared_state.h"
#include "tests/gateway/recording_push_observer.h"

namespace bw::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct RecordingFollower : SessionDirectory::Follower {
  void SubscriptionsChanged() override { ++changes; }
  void Over() override { ++overs; }
  int changes = 0;
  int overs = 0;
};

struct Result {
  SessionDirectory::Done done() {
    return [this](const Status& given) {
      ++count;
      status = given;
    };
  }
  int count = 0;
  Status status = Unknown();
  static Status Unknown() { return Unavailable("not done"); }
};

class DirectoryTest : public ::testing::Test {
 protected:
  SessionRef Ref(const std::string& digest, const std::string& principal = "ann") {
    return {digest, "default", principal, clock.NowMs() + 60'000};
  }
  static SessionDirectory::Done Ignore() {
    return [](const Status&) {};
  }
  Status Subscribe(SessionDirectory& directory, const SessionRef& ref, const std::string& uri) {
    Result result;
    directory.Subscribe(ref, uri, result.done());
    EXPECT_EQ(result.count, 1);
    return result.status;
  }

  FakeClock clock;
  RecordingPushObserver observer;
  FakeSharedState shared;
};

TEST_F(DirectoryTest, EveryReplicaKnowsEveryFact) {
  SessionDirectory here(&shared, clock, observer);
  SessionDirectory there(&shared, clock, observer);
  here.Start();
  there.Start();
  const SessionRef ref = Ref("d1");
  Result result;
  here.SetLevel(ref, "warning", result.done());
  EXPECT_TRUE(result.status.ok());
  EXPECT_TRUE(Subscribe(here, ref, "bandwidth://calls").ok());
  EXPECT_TRUE(Subscribe(here, ref, "bandwidth://calls/c/1").ok());
  EXPECT_EQ(there.LogLevel("d1"), "warning");
  EXPECT_THAT(there.Uris("d1"), ElementsAre("bandwidth://calls", "bandwidth://calls/c/1"));
  EXPECT_EQ(there.LogLevel("d2"), "");
  EXPECT_THAT(there.Uris("d2"), IsEmpty());
  EXPECT_EQ(shared.last_ttl, std::chrono::milliseconds(60'000));

  there.Unsubscribe(ref, "bandwidth://calls", Ignore());
  EXPECT_THAT(here.Uris("d1"), ElementsAre("bandwidth://calls/c/1"));

  there.End(ref, result.done());
  EXPECT_TRUE(here.Ended("d1"));
  EXPECT_FALSE(here.Ended("d2"));
  EXPECT_EQ(here.LogLevel("d1"), "");
  EXPECT_THAT(here.Uris("d1"), IsEmpty());
  EXPECT_EQ(shared.entries.size(), 1u) << "only the end is kept";
  EXPECT_EQ(observer.unshared, 0);
}

TEST_F(DirectoryTest, ALaterReplicaLearnsWhatThereIs) {
  SessionDirectory here(&shared, clock, observer);
  here.Start();
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "bandwidth://calls").ok());
  here.End(Ref("d2"), Ignore());
  SessionDirectory later(&shared, clock, observer);
  later.Start();
  EXPECT_THAT(later.Uris("d1"), ElementsAre("bandwidth://calls"));
  EXPECT_TRUE(later.Ended("d2"));
}

TEST_F(DirectoryTest, AnswersWaitForTheSharedStateButTheFactHoldsHereAtOnce) {
  SessionDirectory here(&shared, clock, observer);
  here.Start();
  shared.holds = true;
  Result result;
  here.End(Ref("d1"), result.done());
  EXPECT_EQ(result.count, 0);
  EXPECT_TRUE(here.Ended("d1"));
  shared.held.front()();
  EXPECT_EQ(result.count, 1);
  EXPECT_TRUE(result.status.ok());
}

TEST_F(DirectoryTest, WithoutTheSharedStateAReplicaKnowsForItselfAndSharesLater) {
  SessionDirectory here(&shared, clock, observer);
  SessionDirectory there(&shared, clock, observer);
  here.Start();
  there.Start();
  shared.status = Unavailable("away");
  shared.Break();
  shared.Break();
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "bandwidth://calls").ok());
  EXPECT_EQ(observer.unshared, 1);
  EXPECT_THAT(observer.broken, ElementsAre("state", "state"));
  EXPECT_THAT(here.Uris("d1"), ElementsAre("bandwidth://calls"));
  EXPECT_THAT(there.Uris("d1"), IsEmpty());
  shared.status = OkStatus();
  shared.Mend();
  EXPECT_THAT(here.Uris("d1"), ElementsAre("bandwidth://calls"));
  EXPECT_THAT(there.Uris("d1"), ElementsAre("bandwidth://calls"));
}

TEST_F(DirectoryTest, WhatWasRemovedDuringAGapIsForgotten) {
  SessionDirectory here(&shared, clock, observer);
  here.Start();
  const SessionRef ref = Ref("d1");
  EXPECT_TRUE(Subscribe(here, ref, "bandwidth://calls").ok());
  EXPECT_TRUE(Subscribe(here, ref, "bandwidth://events").ok());
  const auto follower = std::make_shared<RecordingFollower>();
  EXPECT_TRUE(here.ClaimStream(ref, "s1", follower).ok());
  shared.Break();
  shared.entries.erase("session/d1/sub/bandwidth://calls");
  shared.Mend();
  EXPECT_THAT(here.Uris("d1"), ElementsAre("bandwidth://events"));
  EXPECT_EQ(follower->changes, 1);
  EXPECT_EQ(follower->overs, 0);
}

TEST_F(DirectoryTest, AForgottenEntryIsForgottenHere) {
  SessionDirectory here(&shared, clock, observer);
  here.Start();
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "bandwidth://calls").ok());
  EXPECT_EQ(here.sessions(), 1u);
  shared.Put({"default", "session/d1/sub/bandwidth://calls", ""}, {}, Ignore());
  EXPECT_EQ(here.sessions(), 0u);
  here.End(Ref("d2"), Ignore());
  shared.Put({"default", "session/d2/ended", ""}, {}, Ignore());
  EXPECT_FALSE(here.Ended("d2"));
}

TEST_F(DirectoryTest, ForeignEntriesAreLeftAlone) {
  SessionDirectory here(&shared, clock, observer);
  here.Start();
  for (const char* key : {"session/", "session/d1", "other/d1/level", "session/d1/level"}) {
    shared.Put({"default", key, "not ours"}, {}, Ignore());
  }
  EXPECT_EQ(here.sessions(), 0u);
}

TEST_F(DirectoryTest, TheNewestStreamTakesOverOnEveryReplica) {
  SessionDirectory here(&shared, clock, observer);
  SessionDirectory there(&shared, clock, observer);
  here.Start();
  there.Start();
  const SessionRef ref = Ref("d1");
  const auto first = std::make_shared<RecordingFollower>();
  const auto second = std::make_shared<RecordingFollower>();
  const auto third = std::make_shared<RecordingFollower>();
  EXPECT_TRUE(here.ClaimStream(ref, "s1", first).ok());
  EXPECT_TRUE(there.HasStream("d1"));
  EXPECT_TRUE(there.ClaimStream(ref, "s2", second).ok());
  EXPECT_EQ(first->overs, 1);
  EXPECT_EQ(second->overs, 0);
  EXPECT_TRUE(there.ClaimStream(ref, "s3", third).ok());
  EXPECT_EQ(second->overs, 1);
  EXPECT_EQ(third->overs, 0);
  EXPECT_EQ(first->overs, 1);
  // An old one that leaves late leaves the newest alone.
  there.LeaveStream(ref, "s2");
  EXPECT_TRUE(here.HasStream("d1"));
  there.LeaveStream(ref, "s3");
  EXPECT_FALSE(here.HasStream("d1"));
  EXPECT_EQ(here.sessions() + there.sessions(), 0u);
  EXPECT_THAT(shared.entries, IsEmpty());
}

TEST_F(DirectoryTest, AStreamIsNotEndedByAnOlderOneThatIsToldLate) {
  SessionDirectory here(&shared, clock, observer);
  SessionDirectory there(&shared, clock, observer);
  here.Start();
  there.Start();
  shared.holds = true;
  const auto older = std::make_shared<RecordingFollower>();
  const auto newer = std::make_shared<RecordingFollower>();
  EXPECT_TRUE(here.ClaimStream(Ref("d1"), "s1", older).ok());
  EXPECT_TRUE(there.ClaimStream(Ref("d1"), "s2", newer).ok());
  shared.held[0]();
  EXPECT_EQ(newer->overs, 0);
  EXPECT_EQ(older->overs, 0);
  shared.held[1]();
  EXPECT_EQ(newer->overs, 0);
  EXPECT_EQ(older->overs, 1);
}

TEST_F(DirectoryTest, AStreamThatWasReplacedDuringAGapIsOverAfterwards) {
  SessionDirectory here(&shared, clock, observer);
  here.Start();
  const auto follower = std::make_shared<RecordingFollower>();
  EXPECT_TRUE(here.ClaimStream(Ref("d1"), "s1", follower).ok());
  shared.Break();
  shared.Put({"default", "session/d1/stream", R"({"value":"s2","principal":"ann"})"}, {}, Ignore());
  EXPECT_EQ(follower->overs, 0);
  shared.Mend();
  EXPECT_EQ(follower->overs, 1);
}

TEST_F(DirectoryTest, AFollowerHearsOfSubscriptionsAndOfTheEndElsewhere) {
  SessionDirectory here(&shared, clock, observer);
  SessionDirectory there(&shared, clock, observer);
  here.Start();
  there.Start();
  const auto follower = std::make_shared<RecordingFollower>();
  EXPECT_TRUE(here.ClaimStream(Ref("d1"), "s1", follower).ok());
  EXPECT_TRUE(Subscribe(there, Ref("d1"), "bandwidth://calls").ok());
  EXPECT_EQ(follower->changes, 1);
  EXPECT_TRUE(Subscribe(there, Ref("d1"), "bandwidth://calls").ok());
  EXPECT_EQ(follower->changes, 1) << "nothing changed";
  there.Unsubscribe(Ref("d1"), "bandwidth://calls", Ignore());
  EXPECT_EQ(follower->changes, 2);
  there.End(Ref("d1"), Ignore());
  EXPECT_EQ(follower->overs, 1);
  EXPECT_EQ(here.ClaimStream(Ref("d1"), "s2", follower).code(), StatusCode::kNotFound);
  EXPECT_EQ(Subscribe(here, Ref("d1"), "bandwidth://calls").code(), StatusCode::kNotFound);
}

TEST_F(DirectoryTest, SubscriptionsAreLimitedBySessionAndPrincipal) {
  DirectoryLimits limits;
  limits.max_uris_per_session = 2;
  limits.max_uris_per_principal = 3;
  SessionDirectory here(nullptr, clock, observer, limits);
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "a").ok());
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "b").ok());
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "b").ok()) << "the same again adds nothing";
  EXPECT_EQ(Subscribe(here, Ref("d1"), "c").code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(Subscribe(here, Ref("d2"), "a").ok());
  EXPECT_EQ(Subscribe(here, Ref("d2"), "b").code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(Subscribe(here, Ref("d3", "bob"), "a").ok());
  here.Unsubscribe(Ref("d1"), "a", Ignore());
  EXPECT_TRUE(Subscribe(here, Ref("d2"), "b").ok());
  here.End(Ref("d1"), Ignore());
  EXPECT_TRUE(Subscribe(here, Ref("d4"), "b").ok());
}

TEST_F(DirectoryTest, SessionsAreLimitedInTotalAndByPrincipalAndOldOnesMakeRoom) {
  DirectoryLimits limits;
  limits.max_sessions = 3;
  limits.max_sessions_per_principal = 2;
  SessionDirectory here(nullptr, clock, observer, limits);
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "a").ok());
  EXPECT_TRUE(Subscribe(here, Ref("d2"), "a").ok());
  EXPECT_EQ(Subscribe(here, Ref("d3"), "a").code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(here.ClaimStream(Ref("d3"), "s", {}).code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(Subscribe(here, Ref("d3", "bob"), "a").ok());
  EXPECT_EQ(Subscribe(here, Ref("d4", "cyd"), "a").code(), StatusCode::kResourceExhausted);
  // An end is never refused, and frees what the session had.
  here.End(Ref("d9", "cyd"), Ignore());
  EXPECT_TRUE(here.Ended("d9"));
  here.End(Ref("d1"), Ignore());
  EXPECT_TRUE(Subscribe(here, Ref("d6"), "b").ok());
  EXPECT_EQ(here.sessions(), 3u);
  // All are too old to be found by now.
  clock.Advance(std::chrono::milliseconds(60'000));
  EXPECT_TRUE(Subscribe(here, Ref("d5", "cyd"), "a").ok());
  EXPECT_EQ(here.sessions(), 1u);
}

TEST_F(DirectoryTest, EndedSessionsAreLimitedToTheLatest) {
  DirectoryLimits limits;
  limits.max_ended = 2;
  SessionDirectory here(&shared, clock, observer, limits);
  here.Start();
  for (const char* digest : {"d1", "d2"}) here.End(Ref(digest), Ignore());
  EXPECT_TRUE(here.Ended("d1"));
  here.End(Ref("d2"), Ignore());
  EXPECT_TRUE(here.Ended("d1")) << "ending twice is ending once";
  here.End(Ref("d3"), Ignore());
  EXPECT_FALSE(here.Ended("d1"));
  EXPECT_TRUE(here.Ended("d2"));
  EXPECT_TRUE(here.Ended("d3"));
}

TEST_F(DirectoryTest, WhatOthersKeepIsLimitedTooAndCounted) {
  DirectoryLimits limits;
  limits.max_sessions = 1;
  SessionDirectory there(&shared, clock, observer);
  there.Start();
  SessionDirectory here(&shared, clock, observer, limits);
  here.Start();
  EXPECT_TRUE(Subscribe(there, Ref("d1"), "a").ok());
  EXPECT_EQ(observer.unshared, 0);
  EXPECT_TRUE(Subscribe(there, Ref("d2"), "a").ok());
  EXPECT_EQ(observer.unshared, 1);
  EXPECT_THAT(here.Uris("d2"), IsEmpty());
  there.End(Ref("d2"), Ignore());
  EXPECT_TRUE(here.Ended("d2"));
}

TEST_F(DirectoryTest, AfterStopNothingIsAskedOfTheSharedState) {
  SessionDirectory here(&shared, clock, observer);
  here.Start();
  here.Stop();
  EXPECT_TRUE(Subscribe(here, Ref("d1"), "a").ok());
  EXPECT_THAT(here.Uris("d1"), ElementsAre("a"));
  EXPECT_THAT(shared.entries, IsEmpty());
}

}  // namespace
}  // namespace bw::gateway
