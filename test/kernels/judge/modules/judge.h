/* SPDX-License-Identifier: GPL-2.0-only */
int judge_open(int value);
int judge_gpl(int value);
int judge_spaced(int value);
int judge_closed(int value);
int judge_nowhere(int value);
int judge_nobody(int value);
