#include "common/status/status.h"

#include <gtest/gtest.h>

#include "common/status/unsent.h"

namespace bw {
namespace {

StatusOr<int> Half(int number) {
  if (number % 2 != 0) return InvalidArgument("number is odd");
  return number / 2;
}

StatusOr<int> Quarter(int number) {
  BW_ASSIGN_OR_RETURN(const int half, Half(number));
  return Half(half);
}

Status Check(int number) {
  BW_RETURN_IF_ERROR(Half(number).status());
  return OkStatus();
}

TEST(Status, MacrosReturnTheFirstError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Message(Quarter(6).status()), "number is odd");
  EXPECT_TRUE(Check(2).ok());
  EXPECT_EQ(Check(3).code(), StatusCode::kInvalidArgument);
}

TEST(Status, AnnotateKeepsTheCode) {
  const Status annotated = Annotate(NotFound("no such call"), "GetCall");
  EXPECT_EQ(ToString(annotated), "NOT_FOUND: GetCall: no such call");
  EXPECT_TRUE(Annotate(OkStatus(), "anything").ok());
}

TEST(Status, UnsentIsNotedAndKept) {
  EXPECT_FALSE(IsUnsent(Unavailable("reset")));
  EXPECT_FALSE(IsUnsent(OkStatus()));
  const Status unsent = MarkUnsent(Unavailable("refused"));
  EXPECT_TRUE(IsUnsent(unsent));
  EXPECT_EQ(Message(unsent), "refused");
  EXPECT_TRUE(IsUnsent(Annotate(unsent, "the token")));
  EXPECT_FALSE(IsUnsent(Annotate(Unavailable("reset"), "the token")));
  EXPECT_TRUE(MarkUnsent(OkStatus()).ok());
}

}  // namespace
}  // namespace bw
