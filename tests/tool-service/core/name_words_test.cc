#include "tool-service/core/name_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using testing::ElementsAre;

TEST(NameWords, AreSplitWhereCapitalsAndSeparatorsAre) {
  EXPECT_THAT(WordsOfName("updateVoiceConfiguration"),
              ElementsAre("update", "voice", "configuration"));
  EXPECT_THAT(WordsOfName("update_voice-configuration"),
              ElementsAre("update", "voice", "configuration"));
  EXPECT_THAT(WordsOfName("CreateOrder"), ElementsAre("create", "order"));
  EXPECT_THAT(WordsOfName("generateBXML"), ElementsAre("generate", "bxml"));
  EXPECT_THAT(WordsOfName("CreateE911Order"), ElementsAre("create", "e911", "order"));
  EXPECT_THAT(WordsOfName(""), ElementsAre(""));
}

}  // namespace
}  // namespace bw::tool_service
