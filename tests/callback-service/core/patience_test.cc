#include "callback-service/core/patience.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bxml/document.h"

namespace bw::callback_service {
namespace {

using testing::HasSubstr;
using testing::Not;

PatienceOptions Options() {
  PatienceOptions options;
  options.max_waits = 5;
  options.max_rings = 2;
  options.continue_url = [](std::string_view call_id, int wait) {
    return "/next/" + std::string(call_id) + "?wait=" + std::to_string(wait);
  };
  return options;
}

Patience MustCreate(const PatienceOptions& options) {
  StatusOr<Patience> patience = Patience::Create(options);
  EXPECT_TRUE(patience.ok()) << ToString(patience.status());
  return *std::move(patience);
}

std::vector<std::string> VerbsOf(const std::string& bxml) {
  const StatusOr<bxml::Document> document = bxml::Parse(bxml);
  EXPECT_TRUE(document.ok()) << ToString(document.status()) << bxml;
  std::vector<std::string> names;
  if (!document.ok()) return names;
  for (const bxml::Verb& verb : document->verbs) names.push_back(verb.name);
  return names;
}

TEST(Patience, AlternatesSentenceAndRingThenApologises) {
  const Patience patience = MustCreate(Options());
  const FillerKind expected[] = {FillerKind::kSentence, FillerKind::kRing,
                                 FillerKind::kSentence, FillerKind::kRing,
                                 FillerKind::kSentence, FillerKind::kApology};
  for (int count = 0; count <= 5; ++count) {
    const Filler filler = patience.Next({.call_id = "c-1", .count = count});
    EXPECT_EQ(filler.kind, expected[count]) << count;
    if (filler.kind == FillerKind::kApology) continue;
    EXPECT_THAT(filler.bxml, HasSubstr("/next/c-1?wait=" + std::to_string(count + 1)));
    EXPECT_THAT(filler.bxml, Not(HasSubstr("answerCall")));
  }
}

TEST(Patience, NeverRedirectsAlone) {
  const Patience patience = MustCreate(Options());
  for (const bool is_unanswered : {false, true}) {
    for (int count = 0; count <= 6; ++count) {
      const std::vector<std::string> verbs = VerbsOf(
          patience.Next({.call_id = "c", .count = count, .is_unanswered_inbound = is_unanswered})
              .bxml);
      ASSERT_GE(verbs.size(), 2u);
      EXPECT_THAT(verbs.front(), testing::AnyOf("SpeakSentence", "Ring"));
      EXPECT_EQ(verbs.back(), count < 5 ? "Redirect" : "Hangup");
    }
  }
}

TEST(Patience, LeavesAnUnansweredCallRingingForAWhile) {
  const Patience patience = MustCreate(Options());
  const auto next = [&](int count) {
    return patience.Next({.call_id = "c", .count = count, .is_unanswered_inbound = true});
  };
  EXPECT_THAT(next(0).bxml, HasSubstr("answerCall=\"false\""));
  EXPECT_THAT(next(1).bxml, HasSubstr("answerCall=\"false\""));
  EXPECT_EQ(next(2).kind, FillerKind::kSentence);
  EXPECT_EQ(next(3).kind, FillerKind::kRing);
  EXPECT_THAT(next(3).bxml, Not(HasSubstr("answerCall")));
}

TEST(Patience, EndsAtTheLimitAndPastIt) {
  const Patience patience = MustCreate(Options());
  EXPECT_NE(patience.Next({.call_id = "c", .count = 4}).kind, FillerKind::kApology);
  EXPECT_EQ(patience.Next({.call_id = "c", .count = 5}).kind, FillerKind::kApology);
  EXPECT_EQ(patience.Next({.call_id = "c", .count = 6}).kind, FillerKind::kApology);
  EXPECT_EQ(patience.Next({.call_id = "c", .count = -7}).kind, FillerKind::kSentence);
}

TEST(Patience, EndsTheWaitOfEveryCaller) {
  const Patience patience = MustCreate(Options());
  int count = 0;
  while (patience.Next({.call_id = "c", .count = count}).kind != FillerKind::kApology) {
    count = patience.ParseCount(std::to_string(count + 1));
    ASSERT_LE(count, 5);
  }
}

TEST(Patience, RepeatsCredentialsWhereItSendsTheCall) {
  PatienceOptions options = Options();
  options.username = "u<";
  options.password = "p\"&";
  const Patience patience = MustCreate(options);
  const StatusOr<bxml::Document> document =
      bxml::Parse(patience.Next({.call_id = "c", .count = 0}).bxml);
  ASSERT_TRUE(document.ok());
  const bxml::Verb& redirect = document->verbs.back();
  EXPECT_EQ(*bxml::FindAttribute(redirect, "username"), "u<");
  EXPECT_EQ(*bxml::FindAttribute(redirect, "password"), "p\"&");
}

TEST(Patience, BridgesWithADocumentThatEnds) {
  EXPECT_THAT(VerbsOf(MustCreate(Options()).BridgeNow()), testing::ElementsAre("Pause"));
}

TEST(Patience, RefusesOptionsThatGiveNoValidDocument) {
  PatienceOptions options = Options();
  options.waiting_sentence = "";
  EXPECT_EQ(Patience::Create(options).status().code(), StatusCode::kInvalidArgument);
  options = Options();
  options.ring = std::chrono::milliseconds(0);
  EXPECT_EQ(Patience::Create(options).status().code(), StatusCode::kInvalidArgument);
}

TEST(Patience, ReadsOnlyCountsOfItsOwn) {
  const Patience patience = MustCreate(Options());
  EXPECT_EQ(patience.ParseCount("0"), 0);
  EXPECT_EQ(patience.ParseCount("4"), 4);
  EXPECT_EQ(patience.ParseCount("5"), 5);
  EXPECT_EQ(patience.ParseCount("6"), 5);
  EXPECT_EQ(patience.ParseCount("99999999999999999999"), 5);
  for (const char* text : {"", "-1", "x", "3x", " 3", "0x3", "3.5", "+3"}) {
    EXPECT_EQ(patience.ParseCount(text), 0) << text;
  }
}

}  // namespace
}  // namespace bw::callback_service
