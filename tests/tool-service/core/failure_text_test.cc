#include "tool-service/core/failure_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/unsent.h"

namespace bw::tool_service {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DescribeFailure, SaysStatusMeaningAndNextStep) {
  EXPECT_EQ(DescribeFailure(Unavailable("reset by peer"), "GET"),
            "The API did not answer (UNAVAILABLE): reset by peer.\n"
            "The API was not reached, or broke off.\n"
            "Next: repeat after some seconds.");
}

TEST(DescribeFailure, AnEffectIsRuledOutOnlyWhereNothingWasSent) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    for (const Status& failure : {Unavailable("x"), DeadlineExceeded("x"), ResourceExhausted("x"),
                                  DataLoss("x"), Cancelled("x"), Internal("x")}) {
      const std::string unknown = DescribeFailure(failure, method);
      EXPECT_THAT(unknown, HasSubstr("look whether it took effect")) << ToString(failure);
      EXPECT_THAT(unknown, Not(HasSubstr("Nothing was sent")));
      const std::string unsent = DescribeFailure(MarkUnsent(failure), method);
      EXPECT_THAT(unsent, HasSubstr("Nothing was sent")) << ToString(failure);
      EXPECT_THAT(unsent, Not(HasSubstr("look whether")));
    }
  }
}

TEST(MayHaveTakenEffect, IsSaidOfWhatWasSentAndNotRefused) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_TRUE(MayHaveTakenEffect(Unavailable("x"), method));
    EXPECT_TRUE(MayHaveTakenEffect(Cancelled("x"), method));
    EXPECT_FALSE(MayHaveTakenEffect(MarkUnsent(Unavailable("x")), method));
    EXPECT_FALSE(MayHaveTakenEffect(Unauthenticated("x"), method));
    EXPECT_FALSE(MayHaveTakenEffect(InvalidArgument("x"), method));
    for (const int status : {500, 502, 504}) EXPECT_TRUE(MayHaveTakenEffect(status, method));
    for (const int status : {200, 201, 301, 400, 404, 409, 429, 501, 503}) {
      EXPECT_FALSE(MayHaveTakenEffect(status, method)) << status;
    }
  }
  EXPECT_FALSE(MayHaveTakenEffect(Unavailable("x"), "GET"));
  EXPECT_FALSE(MayHaveTakenEffect(500, "GET"));
}

TEST(DescribeFailure, WhatReadsHasNoEffectToLookFor) {
  for (const char* method : {"GET", "HEAD"}) {
    for (const Status& failure : {DeadlineExceeded("x"), MarkUnsent(DeadlineExceeded("x"))}) {
      const std::string text = DescribeFailure(failure, method);
      EXPECT_THAT(text, Not(HasSubstr("look whether")));
      EXPECT_THAT(text, Not(HasSubstr("Nothing was sent")));
    }
  }
}

TEST(DescribeFailure, EveryCodeHasANextStep) {
  for (const StatusCode code :
       {StatusCode::kUnavailable, StatusCode::kDeadlineExceeded, StatusCode::kResourceExhausted,
        StatusCode::kDataLoss, StatusCode::kPermissionDenied, StatusCode::kFailedPrecondition,
        StatusCode::kUnauthenticated, StatusCode::kInvalidArgument, StatusCode::kCancelled,
        StatusCode::kInternal, StatusCode::kAborted}) {
    const std::string text = DescribeFailure(MakeStatus(code, "why."), "POST");
    EXPECT_THAT(text, HasSubstr("(" + std::string(CodeName(code)) + "): why.\n"));
    EXPECT_THAT(text, HasSubstr("\nNext: "));
  }
}

}  // namespace
}  // namespace bw::tool_service
