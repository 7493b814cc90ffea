#include "tap_listener.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>

namespace pitstop::test {

namespace {

std::string sentence(std::string name)
{
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

std::string title(const testing::TestInfo &test)
{
    return sentence(test.test_suite_name()) + ": " + sentence(test.name());
}

void comment(const std::string &text)
{
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        std::cout << "# " << line << '\n';
}

void explain(const testing::TestPartResult &part)
{
    if (part.file_name() != nullptr)
        comment(std::string(part.file_name()) + ":" + std::to_string(part.line_number()));
    comment(part.message());
}

}  // namespace

void TapListener::OnTestProgramStart(const testing::UnitTest &tests)
{
    std::cout << "1.." << tests.test_to_run_count() << std::endl;
}

void TapListener::OnTestEnd(const testing::TestInfo &test)
{
    const testing::TestResult &result = *test.result();
    std::cout << (result.Failed() ? "not ok " : "ok ") << ++reported_ << " - " << title(test)
              << (result.Skipped() ? " # SKIP" : "") << '\n';
    for (int part = 0; part < result.total_part_count(); ++part)
        explain(result.GetTestPartResult(part));
    std::cout.flush();  // a crash in the next test must not take this line along
}

}  // namespace pitstop::test
