#include "gateway/core/sessions.h"

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

class SessionsTest : public ::testing::Test {
 protected:
  Session For(std::string principal) {
    Session session;
    session.revision = Revision::k2025_06_18;
    session.principal = std::move(principal);
    session.capabilities_json = R"({"sampling":{}})";
    return session;
  }

  FakeClock clock;
  FakeSealer sealer;
  RecordingPushObserver observer;
  SessionDirectory directory{nullptr, clock, observer};
};

TEST_F(SessionsTest, TheIdIsTheSessionForEveryReplicaWithTheKey) {
  Sessions here(clock, sealer, directory);
  Sessions there(clock, sealer, directory);
  const std::string id = here.Open(For("ann"));
  const auto found = there.Find(id, "ann");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->revision, Revision::k2025_06_18);
  EXPECT_EQ(found->capabilities_json, R"({"sampling":{}})");
  EXPECT_EQ(found->created_ms, clock.NowMs());
}

TEST_F(SessionsTest, IdsDiffer) {
  Sessions sessions(clock, sealer, directory);
  EXPECT_NE(sessions.Open(For("ann")), sessions.Open(For("ann")));
}

TEST_F(SessionsTest, AnotherPrincipalsOrAForgedIdIsUnknown) {
  Sessions sessions(clock, sealer, directory);
  const std::string id = sessions.Open(For("ann"));
  EXPECT_EQ(sessions.Find(id, "bob").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(sessions.Find(id, "").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(sessions.Find("nope", "ann").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(sessions.Find("", "ann").status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(sessions.Find(sealer.Seal("mcp-session", "not json"), "").ok());
  EXPECT_FALSE(sessions.Find(sealer.Seal("mcp-session", "{}"), "").ok());
  EXPECT_FALSE(
      sessions.Find(sealer.Seal("else", R"({"revision":"2025-06-18","created_ms":1})"), "").ok());
}

TEST_F(SessionsTest, AnEndedSessionIsUnknown) {
  Sessions sessions(clock, sealer, directory, {.max_age = std::chrono::milliseconds(1000)});
  const std::string id = sessions.Open(For("ann"));
  const std::string other = sessions.Open(For("ann"));
  const auto found = sessions.Find(id, "ann");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->digest, sealer.Digest(id));
  const SessionRef ref = sessions.RefOf(*found, "acme");
  EXPECT_EQ(ref.digest, found->digest);
  EXPECT_EQ(ref.tenant, "acme");
  EXPECT_EQ(ref.principal, "ann");
  EXPECT_EQ(ref.expires_ms, clock.NowMs() + 1000);
  directory.End(ref, [](const Status&) {});
  EXPECT_FALSE(sessions.Find(id, "ann").ok());
  EXPECT_TRUE(sessions.Find(other, "ann").ok());
}

TEST_F(SessionsTest, SessionsAge) {
  Sessions sessions(clock, sealer, directory, {.max_age = std::chrono::milliseconds(1000)});
  const std::string id = sessions.Open(For("ann"));
  clock.Advance(std::chrono::milliseconds(1000));
  EXPECT_TRUE(sessions.Find(id, "ann").ok());
  clock.Advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(sessions.Find(id, "ann").ok());
}

TEST_F(SessionsTest, IdLengthsAreBounded) {
  Sessions sessions(clock, sealer, directory);
  const std::vector<std::string> ids = {sessions.Open(For("ann"))};
  Sessions exact(clock, sealer, directory, {.max_id_bytes = ids[0].size()});
  EXPECT_TRUE(exact.Find(ids[0], "ann").ok());
  Sessions shorter(clock, sealer, directory, {.max_id_bytes = ids[0].size() - 1});
  EXPECT_FALSE(shorter.Find(ids[0], "ann").ok());
}

}  // namespace
}  // namespace bw::gateway
