#include "tool-service/core/search_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::string Joined(std::string_view text) {
  std::string joined;
  for (const std::string& word : SearchWords(text)) joined += word + " ";
  return joined;
}

TEST(SearchWords, NamesAreTakenApart) {
  EXPECT_EQ(Joined("getCallIds"), "get call id ");
  EXPECT_EQ(Joined("generateBXML"), "generat bxml ");
  EXPECT_EQ(Joined("getBXMLDocument"), "get bxml document ");
  EXPECT_EQ(Joined("numbers-settings_ListApplications"), "number set list application ");
  EXPECT_EQ(Joined("page2Size"), "page2 siz ");
  EXPECT_EQ(Joined(""), "");
  EXPECT_EQ(Joined("…/?"), "");
}

TEST(SearchWords, OneWordIsTheSameInAllItsForms) {
  struct Case {
    const char* left;
    const char* right;
  };
  for (const Case& row :
       {Case{"numbers", "number"}, Case{"Calling", "calls"}, Case{"messages", "messaging"},
        Case{"cities", "city"}, Case{"verified", "verifies"}, Case{"addresses", "address"},
        Case{"deleted", "deleting"}, Case{"stopped", "stop"}, Case{"TNs", "tn"},
        Case{"ported", "port"}, Case{"attaches", "attach"}, Case{"cancelled", "cancel"}}) {
    EXPECT_EQ(Joined(row.left), Joined(row.right)) << row.left;
  }
  for (const char* word : {"sms", "mms", "string", "need", "status", "this", "as"}) {
    EXPECT_EQ(Joined(word), std::string(word) + " ");
  }
}

std::vector<std::string> FirstWords(const std::vector<AskedFor>& asked) {
  std::vector<std::string> words;
  for (const AskedFor& one : asked) words.push_back(one.words.front());
  return words;
}

TEST(WhatIsAskedFor, LeavesOutWhatSaysNothingAndWhatWasSaid) {
  EXPECT_THAT(FirstWords(WhatIsAskedFor("How do I delete the recordings of a recording?")),
              ElementsAre("delet", "record"));
  EXPECT_THAT(WhatIsAskedFor("what is it for?"), IsEmpty());
  EXPECT_THAT(WhatIsAskedFor(""), IsEmpty());
}

TEST(WhatIsAskedFor, KnowsWhatElseIsMeant) {
  const auto asked = WhatIsAskedFor("buy");
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_THAT(asked[0].words, ElementsAre("buy", "order"));
  EXPECT_THAT(FirstWords(WhatIsAskedFor("Hang-up")), Contains("end"));
}

TEST(WhatIsAskedFor, ReadsSoManyBytesAndWordsOnly) {
  std::string words;
  for (std::size_t i = 0; i < kMaxQuestionWords; ++i) words += "w" + std::to_string(i) + " ";
  EXPECT_EQ(WhatIsAskedFor(words).size(), kMaxQuestionWords);
  EXPECT_EQ(WhatIsAskedFor(words + "more").size(), kMaxQuestionWords);
  const std::string blanks(kMaxQuestionBytes - 4, ' ');
  EXPECT_EQ(WhatIsAskedFor(blanks + "port").size(), 1u);
  EXPECT_EQ(WhatIsAskedFor(blanks + "    port").size(), 0u);
}

}  // namespace
}  // namespace bw::tool_service
