// Reports GoogleTest's results as TAP on standard output, one line a test, failures as comments below it.
#pragma once

#include <gtest/gtest.h>

namespace pitstop::test {

class TapListener : public testing::EmptyTestEventListener {
public:
    void OnTestProgramStart(const testing::UnitTest &tests) override;
    void OnTestEnd(const testing::TestInfo &test) override;

private:
    int reported_ = 0;
};

}  // namespace pitstop::test
