#include "callback-service/core/voice.h"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bxml/document.h"
#include "tests/callback-service/fake_call_ledger.h"
#include "tests/callback-service/webhook_payloads.h"

namespace bw::callback_service {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kDocument = "<Response><Hangup/></Response>";
constexpr int kMaxWaits = 4;

Patience MakePatience() {
  PatienceOptions options;
  options.hold = milliseconds(4'000);
  options.max_waits = kMaxWaits;
  options.max_rings = 2;
  options.continue_url = [](std::string_view call_id, int wait) {
    return "/next/" + std::string(call_id) + "?wait=" + std::to_string(wait);
  };
  return *Patience::Create(options);
}

Recorded Queued() {
  return {.is_duplicate = false, .bxml = std::string(kDocument), .receipt_id = "r-1"};
}

class VoiceTest : public testing::Test {
 protected:
  Voice::Id Answer(std::string_view body, Listener listener = Listener::kCaller, int waits = 0,
                   std::string url_call_id = "") {
    VoiceWebhook webhook{.event = ParseVoiceWebhook(body), .listener = listener};
    webhook.waits = waits;
    webhook.url_call_id = std::move(url_call_id);
    return voice_.Answer(std::move(webhook), [this](VoiceReply reply) {
      ++replies_;
      reply_ = std::move(reply);
    });
  }

  // Answers the last voice event recorded.
  void Settle(StatusOr<Recorded> recorded) { ledger_.voices.back().done(std::move(recorded)); }

  FakeCallLedger ledger_;
  int held_seen_ = 0;
  Voice voice_{ledger_,
               MakePatience(),
               {.caller_store_wait = milliseconds(1'000),
                .notice_store_wait = milliseconds(8'000),
                .on_held = [this](int change) { held_seen_ += change; }}};
  int replies_ = 0;
  VoiceReply reply_;
};

TEST_F(VoiceTest, HandsOverTheDocument) {
  EXPECT_NE(Answer(VoiceBody("answer")), 0u);
  ASSERT_THAT(ledger_.voices, SizeIs(1));
  const VoiceRecord& record = ledger_.voices[0].record;
  EXPECT_TRUE(record.takes_document);
  EXPECT_EQ(record.hold, milliseconds(4'000));
  EXPECT_EQ(record.store_wait, milliseconds(1'000));
  EXPECT_EQ(record.update.state, "answered");
  EXPECT_EQ(voice_.held(), 1u);
  EXPECT_EQ(replies_, 0);

  Settle(Queued());
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kDocument);
  EXPECT_EQ(reply_.bxml, kDocument);
  ASSERT_TRUE(reply_.delivery.has_value());
  EXPECT_EQ(reply_.delivery->receipt_id, "r-1");
  EXPECT_EQ(reply_.delivery->call_id, "c-11aa22bb-0000");
  EXPECT_EQ(reply_.delivery->identity, record.event.identity);
  EXPECT_EQ(voice_.held(), 0u);
  EXPECT_EQ(held_seen_, 0);
}

// Every type of the table, on the route that serves all of them.
TEST_F(VoiceTest, TreatsEveryTypeByTheTable) {
  for (const VoiceSample& sample : VoiceSamples()) {
    SCOPED_TRACE(sample.type);
    const ReplyUse use = FindVoiceEventType(sample.type)->reply;
    const std::size_t before = ledger_.voices.size();
    Answer(sample.body, Listener::kUnknown);
    if (ledger_.voices.size() == before) {  // no call: a conference, a device
      ASSERT_FALSE(ledger_.plains.empty());
      EXPECT_EQ(use, ReplyUse::kNothing);
      ledger_.plains.back().done(Recorded{});
      EXPECT_EQ(reply_.outcome, VoiceOutcome::kAccepted);
      continue;
    }
    EXPECT_EQ(ledger_.voices.back().record.takes_document, use != ReplyUse::kNothing);
    EXPECT_EQ(ledger_.voices.back().record.hold.count() > 0, use != ReplyUse::kNothing);
    Settle(Recorded{});
    switch (use) {
      case ReplyUse::kScript:
        EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);
        break;
      case ReplyUse::kWhisper:
        EXPECT_EQ(reply_.outcome, VoiceOutcome::kBridge);
        break;
      case ReplyUse::kNothing:
        EXPECT_EQ(reply_.outcome, VoiceOutcome::kAccepted);
        break;
    }
    EXPECT_EQ(reply_.bxml.empty(), use == ReplyUse::kNothing);
    if (!reply_.bxml.empty()) {
      EXPECT_TRUE(bxml::Parse(reply_.bxml).ok());
    }
  }
}

TEST_F(VoiceTest, FillsAfterTheHoldUntilPatienceEnds) {
  for (int wait = 0; wait < kMaxWaits; ++wait) {
    Answer(VoiceBody("redirect"), Listener::kCaller, wait);
    Settle(Recorded{});
    EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);
    EXPECT_THAT(reply_.bxml, HasSubstr("/next/c-11aa22bb-0000?wait=" + std::to_string(wait + 1)));
    EXPECT_TRUE(reply_.problem.ok());
  }
  Answer(VoiceBody("redirect"), Listener::kCaller, kMaxWaits);
  Settle(Recorded{});
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kApology);
  EXPECT_THAT(reply_.bxml, HasSubstr("<Hangup"));
}

TEST_F(VoiceTest, KeepsAnUnansweredCallRinging) {
  Answer(VoiceBody("initiate"));
  Settle(Recorded{});
  EXPECT_THAT(reply_.bxml, HasSubstr("answerCall=\"false\""));
}

TEST_F(VoiceTest, StillHandsOverADocumentAtTheEndOfPatience) {
  Answer(VoiceBody("redirect"), Listener::kCaller, kMaxWaits);
  Settle(Queued());
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kDocument);
}

TEST_F(VoiceTest, GivesARepeatedWebhookTheSameDocument) {
  Answer(VoiceBody("answer"));
  Recorded recorded = Queued();
  recorded.is_duplicate = true;
  Settle(recorded);
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kDocument);
  EXPECT_TRUE(reply_.is_duplicate);
}

TEST_F(VoiceTest, AnswersTheCallerWhenTheStoreDoesNot) {
  for (const Status& problem :
       {Unavailable("down"), DeadlineExceeded("slow"), ResourceExhausted("full"),
        InvalidArgument("tag"), Cancelled("stop")}) {
    Answer(VoiceBody("gather"));
    Settle(problem);
    EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);
    EXPECT_TRUE(bxml::Parse(reply_.bxml).ok());
    EXPECT_EQ(reply_.problem, problem);
    EXPECT_FALSE(reply_.delivery.has_value());
  }
}

TEST_F(VoiceTest, AnswersTheCallerWhenTheStoreRefusesAtOnce) {
  ledger_.immediate = Unavailable("down");
  EXPECT_EQ(Answer(VoiceBody("answer")), 0u);
  EXPECT_EQ(replies_, 1);
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);
  EXPECT_EQ(voice_.held(), 0u);
}

TEST_F(VoiceTest, BridgesWhenTheStoreDoesNotAnswer) {
  Answer(VoiceBody("transferAnswer"));
  Settle(Unavailable("down"));
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kBridge);
}

TEST_F(VoiceTest, WaitsLongerWhereNobodyListens) {
  EXPECT_EQ(Answer(VoiceBody("disconnect"), Listener::kNobody) != 0, true);
  EXPECT_EQ(ledger_.voices[0].record.store_wait, milliseconds(8'000));
  EXPECT_EQ(voice_.held(), 0u);
  Settle(Unavailable("down"));
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kUnavailable);
  Answer(VoiceBody("disconnect"), Listener::kNobody);
  Settle(InvalidArgument("tag"));
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kRefused);
}

TEST_F(VoiceTest, GoesByTheEventNotByTheRoute) {
  Answer(VoiceBody("disconnect"), Listener::kCaller);
  EXPECT_FALSE(ledger_.voices[0].record.takes_document);
  Answer(VoiceBody("gather"), Listener::kNobody);
  EXPECT_TRUE(ledger_.voices[1].record.takes_document);
}

TEST_F(VoiceTest, GoesByTheRouteForAnEventItDoesNotKnow) {
  const std::string body = R"({"eventType":"holograph","callId":"c-1"})";
  Answer(body, Listener::kCaller);
  EXPECT_TRUE(ledger_.voices[0].record.takes_document);
  Settle(Recorded{});
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);

  // Perhaps nobody reads the reply: the agent's document must not be lost to it.
  Answer(body, Listener::kUnknown);
  EXPECT_FALSE(ledger_.voices[1].record.takes_document);
  Settle(Recorded{});
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);

  Answer(body, Listener::kNobody);
  Settle(Recorded{});
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kAccepted);
}

TEST_F(VoiceTest, NeverTakesACallersDocumentForAConference) {
  Answer(VoiceBody("conferenceMemberJoin"), Listener::kCaller);
  EXPECT_FALSE(ledger_.voices[0].record.takes_document);
  Settle(Recorded{});
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kAccepted);
  EXPECT_EQ(reply_.bxml, "");
}

TEST_F(VoiceTest, AnswersUnreadableWebhooksOfCallers) {
  EXPECT_EQ(Answer("{", Listener::kCaller, 1, "c-9"), 0u);
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);
  EXPECT_THAT(reply_.bxml, HasSubstr("/next/c-9?wait=2"));
  EXPECT_EQ(reply_.problem.code(), StatusCode::kInvalidArgument);
  Answer("{", Listener::kUnknown);
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);
  Answer("{", Listener::kCaller, kMaxWaits);
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kApology);
  Answer("{", Listener::kNobody);
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kRefused);
  EXPECT_THAT(ledger_.voices, IsEmpty());
}

TEST_F(VoiceTest, TakesTheCallFromTheUrlWhereTheEventHasNone) {
  Answer(R"({"eventType":"redirect"})", Listener::kCaller, 0, "c-url");
  ASSERT_THAT(ledger_.voices, SizeIs(1));
  EXPECT_EQ(ledger_.voices[0].record.event.call_id, "c-url");
  Answer(VoiceBody("redirect"), Listener::kCaller, 0, "c-url");
  EXPECT_EQ(ledger_.voices[1].record.event.call_id, "c-11aa22bb-0000");
}

TEST_F(VoiceTest, FillsForAnEventOfNoCall) {
  Answer(R"({"eventType":"redirect"})");
  EXPECT_THAT(ledger_.voices, IsEmpty());
  ASSERT_THAT(ledger_.plains, SizeIs(1));
  ledger_.plains[0].done(Recorded{});
  EXPECT_EQ(reply_.outcome, VoiceOutcome::kFiller);
}

TEST_F(VoiceTest, ReleasesWhenTheClientLeaves) {
  const Voice::Id id = Answer(VoiceBody("answer"));
  voice_.ClientGone(id);
  EXPECT_THAT(ledger_.released, ElementsAre(ledger_.voices[0].ticket));
  Settle(Recorded{});
  EXPECT_EQ(replies_, 1);
  voice_.ClientGone(id);
  EXPECT_THAT(ledger_.released, SizeIs(1));
}

TEST_F(VoiceTest, StopsHoldingWhenTold) {
  Answer(VoiceBody("answer"));
  voice_.StopHolding();
  EXPECT_THAT(ledger_.released, ElementsAre(ledger_.voices[0].ticket));
  Answer(VoiceBody("gather"));
  EXPECT_EQ(ledger_.voices[1].record.hold, milliseconds(0));
  EXPECT_TRUE(ledger_.voices[1].record.takes_document);
}

TEST_F(VoiceTest, AnswersAllWithoutTheLedgerAndReturnsLateDocuments) {
  Answer(VoiceBody("answer"));
  Answer(VoiceBody("disconnect"), Listener::kNobody);
  voice_.StopHolding();
  voice_.AnswerAll();
  EXPECT_EQ(replies_, 2);
  EXPECT_EQ(voice_.held(), 0u);
  EXPECT_EQ(held_seen_, 0);
  ledger_.voices[0].done(Queued());
  EXPECT_EQ(replies_, 2);
  ASSERT_THAT(ledger_.deliveries, SizeIs(1));
  EXPECT_FALSE(ledger_.deliveries[0].is_written);
  EXPECT_EQ(ledger_.deliveries[0].receipt_id, "r-1");
  EXPECT_EQ(ledger_.deliveries[0].identity, ledger_.voices[0].record.event.identity);
}

}  // namespace
}  // namespace bw::callback_service
