#include "common/config/options.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include <CLI/CLI.hpp>

namespace bw::config {
namespace {

constexpr std::string_view kVersion = "0.1.0";

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += separator;
    joined += part;
  }
  return joined;
}

template <typename Integer>
std::string SetInteger(std::string_view text, IntRange range, Integer* target) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < range.min ||
      value > range.max) {
    return "'" + std::string(text) + "' is not a whole number from " + std::to_string(range.min) +
           " to " + std::to_string(range.max);
  }
  *target = static_cast<Integer>(value);
  return "";
}

std::string SetBool(std::string_view text, bool* target) {
  const std::string value = Lower(text);
  for (const auto& [word, meaning] :
       {std::pair{"true", true}, std::pair{"1", true}, std::pair{"yes", true},
        std::pair{"false", false}, std::pair{"0", false}, std::pair{"no", false}}) {
    if (value == word) {
      *target = meaning;
      return "";
    }
  }
  return "'" + std::string(text) + "' is not true or false";
}

}  // namespace

Options::Options(std::string program, std::string description)
    : program_(std::move(program)), description_(std::move(description)) {}

Options& Options::Text(Name name, std::string* target) {
  options_.push_back({std::move(name), *target, false, [target](std::string_view text) {
                        *target = std::string(text);
                        return std::string();
                      }});
  return *this;
}

Options& Options::Hidden(Name name, Secret* target) {
  options_.push_back({std::move(name), "", false, [target](std::string_view text) {
                        *target = Secret(std::string(text));
                        return std::string();
                      }});
  return *this;
}

Options& Options::Int(Name name, IntRange range, int* target) {
  options_.push_back({std::move(name), std::to_string(*target), false,
                      [=](std::string_view text) { return SetInteger(text, range, target); }});
  return *this;
}

Options& Options::Int64(Name name, IntRange range, std::int64_t* target) {
  options_.push_back({std::move(name), std::to_string(*target), false,
                      [=](std::string_view text) { return SetInteger(text, range, target); }});
  return *this;
}

Options& Options::Bool(Name name, bool* target) {
  options_.push_back({std::move(name), *target ? "true" : "false", true,
                      [target](std::string_view text) { return SetBool(text, target); }});
  return *this;
}

Options& Options::Choice(Name name, std::vector<std::string> allowed, std::string* target) {
  auto set = [target, allowed = std::move(allowed)](std::string_view text) -> std::string {
    const std::string value = Lower(text);
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
      return "'" + std::string(text) + "' is not one of " + Join(allowed, ", ");
    }
    *target = value;
    return "";
  };
  options_.push_back({std::move(name), *target, false, std::move(set)});
  return *this;
}

Options& Options::List(Name name, std::vector<std::string>* target) {
  auto set = [target](std::string_view text) {
    target->clear();
    while (!text.empty()) {
      const std::size_t comma = std::min(text.find(','), text.size());
      const std::string_view entry = Trim(text.substr(0, comma));
      if (!entry.empty()) target->emplace_back(entry);
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return std::string();
  };
  options_.push_back({std::move(name), Join(*target, ","), false, std::move(set)});
  return *this;
}

// CLI11 knows nothing of options without a flag, which secrets are: a command line shows in `ps`.
std::string Options::EnvironmentOnly() const {
  std::string text;
  for (const Option& option : options_) {
    if (!option.name.flag.empty()) continue;
    text += "  " + option.name.variable + "\n" + std::string(30, ' ') + option.name.help + "\n";
  }
  return text.empty() ? "" : "\nEnvironment only:\n" + text;
}

StatusOr<std::optional<std::string>> Options::Parse(const Environment& environment,
                                                    std::span<const std::string> args) const {
  CLI::App app(description_, program_);
  app.set_help_flag("");
  app.allow_extras();
  bool help = false;
  bool version = false;
  app.add_flag("-h,--help", help, "Print this and exit");
  app.add_flag("--version", version, "Print the version and exit");
  std::vector<CLI::Option*> declared(options_.size(), nullptr);
  std::vector<std::vector<std::string>> values(options_.size());
  for (std::size_t i = 0; i < options_.size(); ++i) {
    const Option& option = options_[i];
    if (option.name.flag.empty()) continue;
    std::string help_text = option.name.help;
    if (!option.default_text.empty()) help_text += " [" + option.default_text + "]";
    if (!option.name.variable.empty()) help_text += " (" + option.name.variable + ")";
    // A missing value is reported by us with the others, so CLI11 must accept its absence.
    declared[i] = app.add_option(option.name.flag, values[i], help_text)
                      ->expected(0, 1)
                      ->type_name("")
                      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  std::vector<std::string> problems;
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::ParseError& error) {
    problems.emplace_back(error.what());
  }
  if (help) return std::optional(app.help() + EnvironmentOnly());
  if (version) return std::optional(program_ + " " + std::string(kVersion) + "\n");
  for (const std::string& unknown : app.remaining()) {
    problems.push_back("unknown argument '" + unknown + "' (see --help)");
  }
  for (std::size_t i = 0; i < options_.size(); ++i) {
    const Option& option = options_[i];
    std::string source = option.name.variable;
    std::optional<std::string> text;
    if (const auto variable = environment.Get(option.name.variable)) text = *variable;
    if (declared[i] != nullptr && declared[i]->count() > 0) {
      source = option.name.flag;
      const auto& given = declared[i]->results();
      if (!given.empty() && !given.back().empty()) {
        text = given.back();
      } else if (option.is_bool) {
        text = "true";
      } else {
        problems.push_back(source + ": a value is missing");
        continue;
      }
    }
    if (!text) continue;
    const std::string problem = option.set(Trim(*text));
    if (!problem.empty()) problems.push_back(source + ": " + problem);
  }
  if (!problems.empty()) return InvalidArgument(Join(problems, "\n"));
  return std::optional<std::string>();
}

}  // namespace bw::config
