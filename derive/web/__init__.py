"""The live page: a server on the local machine that checks derivations as they are typed.

serving      the address and its token, the server's life
application  which request goes where
access       who may ask: token, host, origin; what every answer says of safety
limits       how large a request may be, and how often one may come
asked        the fields of a request, read with one line for what is wrong
workers      processes that do the work and can be killed; which request goes to which
worker       such a process: takes jobs, tells events
desk         what a worker keeps: the documents that it checks again and again
jobs         the jobs that there are, by name
live         a check as a stream of events
settings     corrections of what is known of a document's names; setting_rows shows it
shelf        the exercises in a folder, by names that lead nowhere else
exercises    what is shown of an exercise: the question, for teachers the solution and pictures
answers      answers to an exercise, checked as they are typed, marked when they are handed in
classroom    the pages of exercises, handing in, exams
handing_in   who handed in what, and the files in which answers are kept
"""
