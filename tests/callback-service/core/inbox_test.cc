#include "callback-service/core/inbox.h"

#include <optional>

#include <gtest/gtest.h>

#include "tests/callback-service/fake_call_ledger.h"

namespace bw::callback_service {
namespace {

constexpr std::chrono::milliseconds kWait{3'000};

class InboxTest : public testing::Test {
 protected:
  void Start(std::size_t events) {
    RecordAll(ledger_, std::vector<Event>(events), kWait,
              [this](InboxResult result) { result_ = std::move(result); });
  }

  FakeCallLedger ledger_;
  std::optional<InboxResult> result_;
};

TEST_F(InboxTest, AnswersWhenAllAreDurable) {
  Start(2);
  ledger_.plains[1].done(Recorded{});
  EXPECT_FALSE(result_.has_value());
  ledger_.plains[0].done(Recorded{.is_duplicate = true, .bxml = "", .receipt_id = ""});
  ASSERT_TRUE(result_.has_value());
  EXPECT_TRUE(result_->status.ok());
  EXPECT_EQ(result_->duplicates, 1u);
  EXPECT_EQ(ledger_.plains[0].store_wait, kWait);
}

TEST_F(InboxTest, AnswersAnEmptyWebhookAtOnce) {
  Start(0);
  ASSERT_TRUE(result_.has_value());
  EXPECT_TRUE(result_->status.ok());
}

TEST_F(InboxTest, AsksForARepetitionBeforeItRefuses) {
  Start(3);
  ledger_.plains[0].done(InvalidArgument("tag"));
  ledger_.plains[1].done(Unavailable("down"));
  ledger_.plains[2].done(InvalidArgument("tag"));
  ASSERT_TRUE(result_.has_value());
  EXPECT_EQ(result_->status.code(), StatusCode::kUnavailable);
}

TEST_F(InboxTest, AnswersOnceWhenTheLedgerFailsAtOnce) {
  ledger_.immediate = ResourceExhausted("full");
  Start(2);
  ASSERT_TRUE(result_.has_value());
  EXPECT_EQ(result_->status.code(), StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace bw::callback_service
