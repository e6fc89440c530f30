// Words as the index of tools knows them, and what else somebody who asks may mean by a word.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bw::tool_service {

/// What is read of a question; the rest of a longer one is not looked at.
inline constexpr std::size_t kMaxQuestionBytes = 1'000;
inline constexpr std::size_t kMaxQuestionWords = 48;

/// The words of a name or a sentence, in its order: "getCallIds" and "get call-ids" are get, call,
/// id. In lower case and without the endings that English puts on them, so that only what this
/// function returns can be compared. Everything but ASCII letters and digits separates.
std::vector<std::string> SearchWords(std::string_view text);

/// One thing that is asked for: any of the words would do, the first is the asker's own.
struct AskedFor {
  std::vector<std::string> words;
};

/// What `question` asks for, without words that say nothing ("how", "the") and without repetitions.
std::vector<AskedFor> WhatIsAskedFor(std::string_view question);

}  // namespace bw::tool_service
