#include "tool-service/builtin/account_start.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Application(const std::string& base) {
  return "<R><Application><ApplicationId>v-1</ApplicationId><ServiceType>Voice-V2</ServiceType>"
         "<AppName>n</AppName><CallInitiatedCallbackUrl>" +
         base + "/callbacks/voice/answer</CallInitiatedCallbackUrl><CallStatusCallbackUrl>" + base +
         "/callbacks/voice/disconnect</CallStatusCallbackUrl></Application></R>";
}
const std::string kForeign = Application("https://theirs.example");
const std::string kOurs = Application("https://calls.example.com");

struct Beginning {
  FakeClock clock;
  ManualScheduler scheduler{clock};
  FakeHttpClient http;
  FakeJournal journal;
  FakeTokens tokens;
  CredentialStore credentials;
  ServerFacts facts;
  AccountStartOptions options;
  std::vector<std::string> said;
  std::unique_ptr<AccountStart> start;

  Beginning() {
    facts.callbacks = CallbackUrls("https://calls.example.com");
    facts.voice_application_id = "v-1";
    tokens.token = TokenFor({"9900000"});
    EXPECT_TRUE(credentials.Set("default", {"id", "secret", ""}).ok());
  }
  void Start() {
    AccountStart::Hooks hooks;
    hooks.on_token = [this](const Status& status) {
      said.push_back("token " + std::string(CodeName(status.code())));
    };
    hooks.on_callbacks = [this](const std::string& id, const StatusOr<CallbackOutcome>& outcome,
                                bool will_retry) {
      said.push_back(id + " " +
                     (outcome.ok() ? (outcome->changed ? "changed" : "unchanged")
                                   : std::string(CodeName(outcome.status().code()))) +
                     (will_retry ? ", again" : ""));
    };
    hooks.on_left_alone = [this](const Status& why) {
      said.push_back("left alone: " + std::string(Message(why)));
    };
    start = std::make_unique<AccountStart>(
        std::make_shared<const CallbackSetup>(http, journal, clock, facts, CallbackCredentials()),
        tokens, credentials, facts, scheduler, clock, options, std::move(hooks));
    start->Start();
  }
};

TEST(AccountStart, FetchesATokenAndConfiguresOnce) {
  Beginning begin;
  begin.http.script = {Answer(200, kForeign), Answer(200, kOurs), Answer(200, kOurs)};
  begin.Start();
  EXPECT_THAT(begin.said, ElementsAre("token OK", "v-1 changed"));
  EXPECT_THAT(begin.http.requests.at(1).url, HasSubstr("/accounts/9900000/applications/v-1"));
  EXPECT_EQ(begin.scheduler.pending(), 0u);
}

TEST(AccountStart, ReadsFirstAndWritesNothingWhenItIsSoAlready) {
  Beginning begin;
  begin.http.script = {Answer(200, kOurs)};
  begin.Start();
  EXPECT_THAT(begin.said, ElementsAre("token OK", "v-1 unchanged"));
  EXPECT_EQ(begin.http.requests.size(), 1u);
}

TEST(AccountStart, WithoutCredentialsNothingIsAsked) {
  Beginning begin;
  begin.credentials.Clear("default");
  begin.Start();
  EXPECT_THAT(begin.said, IsEmpty());
  EXPECT_EQ(begin.tokens.asked, 0);
}

TEST(AccountStart, OptedOutItOnlyFetchesTheToken) {
  Beginning begin;
  begin.options.configure_callbacks = false;
  begin.Start();
  EXPECT_THAT(begin.said, ElementsAre("token OK"));
  EXPECT_TRUE(begin.http.requests.empty());
}

TEST(AccountStart, NeverPointsBandwidthAtAnAddressItCannotReach) {
  Beginning begin;
  begin.facts.callbacks = CallbackUrls("http://127.0.0.1:8081");
  begin.Start();
  EXPECT_THAT(begin.said, ElementsAre(HasSubstr("BW_MCP_BASE_URL"), "token OK"));
  EXPECT_TRUE(begin.http.requests.empty());
}

TEST(AccountStart, NeedsToKnowTheAccount) {
  for (const bool named : {false, true}) {
    Beginning begin;
    begin.tokens.token = TokenFor({"1", "2"});
    if (named) {
      ASSERT_TRUE(begin.credentials.Set("default", {"id", "secret", "2"}).ok());
    }
    begin.http.script = {Answer(200, kOurs)};
    begin.Start();
    EXPECT_EQ(begin.http.requests.size(), named ? 1u : 0u);
    EXPECT_THAT(begin.said.back(), HasSubstr(named ? "unchanged" : "BW_ACCOUNT_ID"));
  }
}

TEST(AccountStart, TriesAgainLaterAndLater) {
  Beginning begin;
  begin.http.script = {Answer(503), Answer(503), Answer(200, kOurs)};
  begin.Start();
  EXPECT_THAT(begin.said, ElementsAre("token OK", "v-1 UNAVAILABLE, again"));
  begin.scheduler.Advance(seconds(1));
  EXPECT_EQ(begin.http.requests.size(), 2u);
  begin.scheduler.Advance(milliseconds(1'999));
  EXPECT_EQ(begin.http.requests.size(), 2u);
  begin.scheduler.Advance(milliseconds(1));
  EXPECT_EQ(begin.said.back(), "v-1 unchanged");
  EXPECT_EQ(begin.scheduler.pending(), 0u);
}

TEST(AccountStart, TriesATokenAgainButNotOneThatIsRefused) {
  Beginning begin;
  begin.tokens.token = Unavailable("no route");
  begin.Start();
  begin.tokens.token = Unauthenticated("bad secret");
  begin.scheduler.Advance(seconds(1));
  EXPECT_THAT(begin.said, ElementsAre("token UNAVAILABLE", "token UNAUTHENTICATED"));
  EXPECT_EQ(begin.scheduler.pending(), 0u);
}

TEST(AccountStart, TriesNoOftenerThanAllowed) {
  for (const int attempts : {1, 3}) {
    Beginning begin;
    begin.options.max_attempts = attempts;
    begin.http.script.assign(10, Answer(503));
    begin.Start();
    begin.scheduler.Advance(std::chrono::minutes(10));
    EXPECT_EQ(begin.http.requests.size(), static_cast<std::size_t>(attempts));
    EXPECT_EQ(begin.said.back(), "v-1 UNAVAILABLE");
  }
}

TEST(AccountStart, ARefusalOfOneDoesNotKeepTheOther) {
  Beginning begin;
  begin.facts.messaging_application_id = "m-1";
  begin.http.script = {Answer(404), Answer(503), Answer(403)};
  begin.Start();
  begin.scheduler.Advance(seconds(1));
  EXPECT_THAT(begin.said, ElementsAre("token OK", "v-1 NOT_FOUND", "m-1 UNAVAILABLE, again",
                                      "m-1 PERMISSION_DENIED"));
}

TEST(AccountStart, StoppingEndsWhatIsUnderWay) {
  Beginning begin;
  begin.Start();
  ASSERT_EQ(begin.http.waiting(), 1u);
  std::thread stopper([&begin] { begin.start->Stop(); });
  while (!begin.http.FirstWaitingIsCancelled()) std::this_thread::yield();
  begin.http.Complete(Cancelled("stopped"));
  stopper.join();
  EXPECT_THAT(begin.said, ElementsAre("token OK"));
  begin.start->Stop();
}

TEST(AccountStart, AfterStoppingNothingBegins) {
  Beginning begin;
  begin.http.script = {Answer(503)};
  begin.Start();
  begin.start->Stop();
  begin.scheduler.Advance(std::chrono::minutes(1));
  EXPECT_EQ(begin.http.requests.size(), 1u);
}

}  // namespace
}  // namespace bw::tool_service
