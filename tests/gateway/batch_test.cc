#include "gateway/core/batch.h"

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

TEST(Batch, AnswersOnceEveryRequestIsOver) {
  const auto sink = std::make_shared<RecordingSink>();
  const auto batch = std::make_shared<Batch>(sink);
  const auto first = batch->AddRequest();
  const auto second = batch->AddRequest();
  batch->AddReady("0");
  first->Notify("n");
  second->Finish({404, "2", {}});
  batch->Close();
  EXPECT_FALSE(sink->reply.has_value());
  first->Finish({200, "1", {}});
  ASSERT_TRUE(sink->reply.has_value());
  EXPECT_EQ(sink->reply->body, "[0,2,1]");
  EXPECT_EQ(sink->reply->http_status, 200);
  EXPECT_EQ(sink->notifications, std::vector<std::string>{"n"});
}

TEST(Batch, AnswersBeforeCloseDoNotSendItEarly) {
  const auto sink = std::make_shared<RecordingSink>();
  const auto batch = std::make_shared<Batch>(sink);
  batch->AddRequest()->Finish({200, "1", {}});
  EXPECT_FALSE(sink->reply.has_value());
  batch->Close();
  EXPECT_EQ(sink->reply->body, "[1]");
}

TEST(Batch, WhatWasCancelledIsLeftOut) {
  const auto sink = std::make_shared<RecordingSink>();
  const auto batch = std::make_shared<Batch>(sink);
  const auto first = batch->AddRequest();
  const auto second = batch->AddRequest();
  batch->Close();
  first->Abandon();
  second->Finish({200, "2", {}});
  EXPECT_EQ(sink->reply->body, "[2]");
}

TEST(Batch, WithoutAnyAnswerItIsAbandoned) {
  const auto sink = std::make_shared<RecordingSink>();
  const auto batch = std::make_shared<Batch>(sink);
  const auto only = batch->AddRequest();
  batch->Close();
  only->Abandon();
  EXPECT_TRUE(sink->abandoned);
  EXPECT_FALSE(sink->reply.has_value());
}

}  // namespace
}  // namespace bw::gateway
